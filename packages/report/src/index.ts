export { Warning, type WarningCode } from './warning.ts';
export { warningsOf } from './warnings-of.ts';
