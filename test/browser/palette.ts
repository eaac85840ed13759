import { crc32, deflateSync, inflateSync } from "node:zlib";

// Pictures of pages have few colours that matter: with a palette, they are a third as large.

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 256;
/** The samples of a pixel, by the PNG's colour type: RGB and RGBA, which screenshots are. */
const SAMPLES: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/** A screenshot with at most 256 colours: the most frequent ones, and for every other colour the nearest of them. */
export function withPalette(png: Buffer): Buffer {
  const { width, height, samples, rows } = decoded(png);
  const counts = new Map<number, number>();
  const pixels = new Uint32Array(width * height);
  for (let index = 0; index < pixels.length; index++) {
    const colour = rows.readUIntBE(index * samples, 3);
    pixels[index] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const byCount = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour);
  const palette = byCount.slice(0, COLOURS);
  const indexes = new Map(byCount.map((colour) => [colour, nearest(palette, colour)]));
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      lines[y * (width + 1) + 1 + x] = indexes.get(pixels[y * width + x] ?? 0) ?? 0;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8); // Eight bits, which are places in the palette.
  const colours = Buffer.alloc(3 * palette.length);
  for (const [index, colour] of palette.entries()) colours.writeUIntBE(colour, 3 * index, 3);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("PLTE", colours),
    chunk("IDAT", deflateSync(lines, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function nearest(palette: readonly number[], colour: number): number {
  const distance = (other: number) =>
    [16, 8, 0].reduce((sum, shift) => sum + (((colour >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0);
  let found = 0;
  for (let index = 1; index < palette.length; index++) {
    if (distance(palette[index] ?? 0) < distance(palette[found] ?? 0)) found = index;
  }
  return found;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** The pixels of a PNG of eight bits a sample, without interlacing. */
function decoded(png: Buffer) {
  let [width, height, samples] = [0, 0, 0];
  const data: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") {
      [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
      samples = SAMPLES[body[9] ?? 0] ?? 0;
      if (body[8] !== 8 || samples === 0 || body[12] !== 0) throw new Error("the picture has another format");
    }
    if (type === "IDAT") data.push(body);
    at += length + 12;
  }
  const filtered = inflateSync(Buffer.concat(data));
  const stride = width * samples;
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < samples ? 0 : (rows[at - samples] ?? 0);
      const up = y === 0 ? 0 : (rows[at - stride] ?? 0);
      const corner = x < samples || y === 0 ? 0 : (rows[at - stride - samples] ?? 0);
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      rows[at] = ((filtered[y * (stride + 1) + 1 + x] ?? 0) + predicted) & 255;
    }
  }
  return { width, height, samples, rows };
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(estimate - value)) as [number, number, number];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
