export { placeholderUrl } from './picture/placeholder-url.ts';
