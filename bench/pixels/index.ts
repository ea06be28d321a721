export { type CellBrowser, openCellBrowser } from './browser-cells.ts';
export { differenceOf } from './cells.ts';
export { createCellEngine } from './engine-cells.ts';
