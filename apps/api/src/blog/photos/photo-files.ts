import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import sharp from 'sharp';
import { Settings } from '../../settings.js';
import type { Photo } from './photo.entity.js';

export interface ThumbnailSize {
  readonly width: number;
  readonly height: number;
}

export const THUMBNAIL: ThumbnailSize = { width: 320, height: 213 };

/** The pictures on disk and their thumbnails. */
@Injectable()
export class PhotoFiles {
  constructor(private readonly settings: Settings) {}

  thumbnailPath(photo: Photo): string {
    return join(this.settings.storageDir, 'thumbnails', `${photo.id}.jpg`);
  }

  /** Written to a draft and renamed, so that a reader or a second run never finds an incomplete picture. */
  async makeThumbnail(photo: Photo, signal: AbortSignal): Promise<ThumbnailSize> {
    const original = await readFile(join(this.settings.dataDir, 'photos', photo.fileName), { signal });
    const target = this.thumbnailPath(photo);
    const draft = `${target}.${process.pid}`;
    await mkdir(join(this.settings.storageDir, 'thumbnails'), { recursive: true });
    const { width, height } = await sharp(original)
      .resize({ ...THUMBNAIL, fit: 'cover' })
      .jpeg({ quality: 80 })
      .toFile(draft);
    signal.throwIfAborted();
    await rename(draft, target);
    return { width, height };
  }
}
