export { Measured } from './measured.ts';
export type { Similar } from './similar.ts';
export { Warning, type WarningCode } from './warning.ts';
export { warningsOf } from './warnings-of.ts';
