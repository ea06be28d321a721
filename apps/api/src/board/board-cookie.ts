/** The path of BullMQ's board, and of its cookie. */
export const BOARD_PATH = '/board';
export const BOARD_COOKIE = 'imagemill-board';
