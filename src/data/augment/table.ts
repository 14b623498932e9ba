import { brightness } from './brightness.ts';
import { contrast } from './contrast.ts';
import { crop } from './crop.ts';
import { cutmix } from './cutmix.ts';
import { cutout } from './cutout.ts';
import { elastic } from './elastic.ts';
import { horizontalFlip } from './horizontalFlip.ts';
import { mixup } from './mixup.ts';
import { rotation } from './rotation.ts';
import { saturation } from './saturation.ts';
import { shear } from './shear.ts';
import { shift } from './shift.ts';
import { verticalFlip } from './verticalFlip.ts';
import { zoom } from './zoom.ts';

/** Every augmentation. To add one: a file beside these, and a line here. */
export const augmentations = {
  horizontalFlip,
  verticalFlip,
  shift,
  crop,
  rotation,
  zoom,
  shear,
  elastic,
  brightness,
  contrast,
  saturation,
  cutout,
  mixup,
  cutmix,
};

export type AugmentationName = keyof typeof augmentations;
