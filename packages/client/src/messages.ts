export type { FailedFile, Failure } from './messages/failure.ts';
export { isRefusedKey, messageFor } from './messages/message-for.ts';
export { messageForWarning } from './messages/warning-messages.ts';
