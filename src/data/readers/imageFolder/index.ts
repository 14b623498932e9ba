export { decodeImages, encodePng } from './decode.ts';
export { listImages } from './files.ts';
export type { BrokenImage } from './layout.ts';
export { type ImageSource, type LoadedImages, type LoadImagesOptions, loadImageFolder } from './load.ts';
