/** Where BullMQ's board is; its cookie is sent to nothing else. */
export const BOARD_PATH = '/board';
export const BOARD_COOKIE = 'imagemill-board';
