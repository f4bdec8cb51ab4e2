// Draws the blog's photos (layers of hills under a sky) as SVG and renders them to JPEG. Run once; the files are in the repository.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';

const DATA = join(import.meta.dirname, '../../apps/api/data');
const WIDTH = 1200;
const HEIGHT = 800;

/** top and bottom of the sky, the sun, and the hills from far to near */
const PALETTES = [
  ['#27374d', '#f6b17a', '#fff3d6', ['#8d7b8a', '#6a5f75', '#463f57', '#2a2438']],
  ['#4a90c2', '#d7ecf5', '#ffffff', ['#a9c6cf', '#7fa7a9', '#4f7f78', '#2c5a4c']],
  ['#9fb0b5', '#e3e8e6', '#f4f5f0', ['#b9c4c2', '#90a19d', '#5f756f', '#32463f']],
  ['#5b1a36', '#f2704d', '#ffd9a0', ['#a8434b', '#7c2f44', '#501f38', '#2b1226']],
  ['#0b1a33', '#41608c', '#f5f3e7', ['#8fa5bf', '#5f7a9c', '#37517a', '#16294a']],
  ['#e0a458', '#fbe8c8', '#fffaf0', ['#e3b778', '#d1964f', '#ad6f35', '#7a4a25']],
  ['#4b3f72', '#e7b7c8', '#fff0e5', ['#a991bd', '#83699f', '#5d4680', '#38285a']],
  ['#7fb7be', '#f4f1de', '#fffbe6', ['#b5cf9f', '#86b06f', '#568a4b', '#2f5d33']],
];

/** A seeded random generator in [0, 1), so that every run draws the same pictures. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function hill(next, base, height) {
  const waves = [1, 2.3, 5.1].map((frequency) => ({ frequency, phase: next() * 6.28, size: height / frequency }));
  const points = [];
  for (let x = 0; x <= WIDTH; x += 8) {
    const y = waves.reduce((sum, wave) => sum + Math.sin((x / WIDTH) * 6.28 * wave.frequency + wave.phase) * wave.size, base);
    points.push(`${x},${y.toFixed(1)}`);
  }
  return `0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`;
}

function landscape(index) {
  const [top, bottom, sun, hills] = PALETTES[index % PALETTES.length];
  const next = random(index + 7);
  const layers = hills.map((colour, depth) => `<polygon fill="${colour}" points="${hill(next, 400 + depth * 95, 70 - depth * 6)}"/>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * WIDTH}" height="${2 * HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">
    <defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#sky)"/>
    <circle cx="${200 + next() * 800}" cy="${160 + next() * 140}" r="${46 + next() * 40}" fill="${sun}" fill-opacity="0.9"/>
    ${layers.join('\n')}
  </svg>`;
}

const photos = parse(readFileSync(join(DATA, 'photos.csv')), { columns: true });
for (const [index, photo] of photos.entries()) {
  const { size } = await sharp(Buffer.from(landscape(index)))
    .jpeg({ quality: 72, mozjpeg: true })
    .toFile(join(DATA, 'photos', photo.file_name));
  console.log(`${photo.file_name} ${Math.round(size / 1024)} KB`);
}
