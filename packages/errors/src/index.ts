export { AppError, type AppErrorOptions } from './app-error.ts';
export { UnreadableError } from './unreadable-error.ts';
