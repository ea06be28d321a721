import { availableParallelism } from 'node:os';
import { variantSets } from '@imagemill/variants';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { Detector } from '../detector.ts';
import { colourDifference } from '../test-support/colour-difference.ts';
import { heicSample, sampleColour } from '../test-support/heic.ts';
import { jxlSample } from '../test-support/jxl.ts';
import { cornerColours, cornerPicture, gradientPicture, plainPicture } from '../test-support/pictures.ts';
import { atLowestEffort, engineOf, pixelReader, renderSet, variantSet } from '../test-support/render.ts';
import { decodeWatermark } from '../watermark/decode-watermark.ts';
import { createEnginePool, type EnginePool } from './create-engine-pool.ts';
import type { PoolEvent } from './pool-event.ts';

const MIB = 1024 * 1024;

const avatar = atLowestEffort(variantSets().get('avatar') ?? []);
/** The place depends on both frames. */
const detector: Detector = {
  async detect(frame, larger) {
    const sum = [...frame, ...(await larger())].reduce((all, value) => all + value, 0);
    return [{ left: 0, top: (sum % 400) / 1000, width: 0.1, height: 0.1 }];
  },
};
const events: PoolEvent[] = [];
let pool: EnginePool;

beforeAll(async () => {
  // A heavy image gets two of the four slots: an encode runs while another one ends.
  pool = await createEnginePool({ processes: 1, slots: 4, detector, onEvent: (event) => void events.push(event) });
});
afterAll(() => pool.close());

const base64 = (made: readonly { data: Uint8Array }[]) => made.map(({ data }) => Buffer.from(data).toString('base64'));

test('gives the same facts, the same summary and the same bytes as the engine in one process', async () => {
  const photo = await gradientPicture(450, 420).jpeg().toBuffer();
  const inProcess = await engineOf({ detector });
  const options = { set: avatar, contentType: 'image/jpeg' };
  const source = await pool.inspect(photo, options);
  expect(source).toEqual(await inProcess.inspect(photo, options));
  const [ours, theirs] = await Promise.all([pool, inProcess].map((engine) => engine.decode(photo, source, avatar)));
  expect(ours?.decided).toEqual(theirs?.decided);
  expect(ours?.decided).toMatchObject({ chosenFocus: { by: 'face' }, skipped: [] });
  expect(await ours?.summarise()).toEqual(await theirs?.summarise());
  const [made = [], expected = []] = await Promise.all(
    [ours, theirs].map((picture) => Array.fromAsync(picture?.render() ?? [])),
  );
  const byName = (renditions: typeof made) =>
    Object.fromEntries(
      renditions.map(({ data: _data, encodeMs, ...one }) => {
        expect(encodeMs).toBeGreaterThan(0);
        return [`${one.variant.name} ${one.variant.format}`, one];
      }),
    );
  expect(byName(made)).toEqual(byName(expected));
  expect(base64(made).sort()).toEqual(base64(expected).sort());
});

test('one decode or encode more than cores runs at once, unless the pool has other slots', async () => {
  const plain = await createEnginePool({ processes: 1 });
  try {
    const photo = await gradientPicture(450, 420).jpeg().toBuffer();
    const picture = await plain.decode(photo, await plain.inspect(photo), avatar);
    const running: number[] = [];
    for await (const _ of picture.render()) running.push(plain.slotStatus().running);
    expect(Math.max(...running)).toBe(Math.min(availableParallelism() + 1, avatar.length));
  } finally {
    await plain.close();
  }
});

test('a file that was rendered can be freed, and the process takes the next one', async () => {
  const [first, second] = [new Uint8Array(await gradientPicture(64, 64).jpeg().toBuffer()), cornerPicture(64, 64)];
  const picture = await pool.decode(first, await pool.inspect(first), avatar);
  expect(await Array.fromAsync(picture.render())).toHaveLength(avatar.length);
  picture.close();
  pool.free(first);
  expect(first.byteLength).toBe(0);
  const next = new Uint8Array(await second.jpeg().toBuffer());
  expect(await pool.inspect(next)).toMatchObject({ width: 64, height: 64 });
});

test('large files follow each other in one process, which never has two of them', async () => {
  const ends: string[] = [];
  // One process, with the smallest share for its images.
  const small = await createEnginePool({
    processes: 1,
    memoryBytes: 544 * MIB,
    limits: { bytesMax: 200 * MIB },
    onEvent: (event) => void (event.is === 'ended' && ends.push(event.reason)),
  });
  onTestFinished(() => small.close());
  const jpeg = await gradientPicture(64, 64).jpeg().toBuffer();
  // What follows the end of a JPEG is no part of it.
  const large = () => new Uint8Array(Buffer.concat([jpeg, Buffer.alloc(120 * MIB, 1)]));
  for (let count = 0; count < 3; count += 1) expect(await small.inspect(large())).toMatchObject({ width: 64 });
  expect(ends).toEqual([]);
});

test('a caller learns that an image is predicted to be heavy before it waits, and can end it', async () => {
  const photo = await gradientPicture(64, 64).jpeg().toBuffer();
  const source = await pool.inspect(photo);
  const large = { ...source, width: 11_000, height: 9_000 };
  const heard: string[] = [];
  const product = variantSets().get('product') ?? [];
  const decodeAs = (source: typeof large) =>
    pool.decode(photo, source, product, {
      onHeavy() {
        heard.push(`${source.width} pixels`);
        throw new Error('no place');
      },
    });
  (await decodeAs(source)).close();
  await expect(decodeAs(large)).rejects.toThrow('no place');
  expect(heard).toEqual(['11000 pixels']);
});

test('an image that an earlier try found heavy waits as one from the beginning', async () => {
  const photo = await gradientPicture(64, 64).jpeg().toBuffer();
  const onHeavy = vi.fn();
  const picture = await pool.decode(photo, await pool.inspect(photo), avatar, { isHeavy: true, onHeavy });
  expect(onHeavy).toHaveBeenCalledOnce();
  expect(await Array.fromAsync(picture.render())).toHaveLength(avatar.length);
  picture.close();
});

test('encodes the wanted entries only, with the bytes that they have among all', async () => {
  const jpeg = await gradientPicture(64, 64).jpeg().toBuffer();
  const only = avatar.slice(2, 4);
  const picture = await pool.decode(jpeg, await pool.inspect(jpeg), avatar, { only });
  const made = await Array.fromAsync(picture.render());
  const all = await renderSet(jpeg, avatar, pool);
  const wanted = all.filter(({ variant }) => only.includes(variant));
  expect(wanted).toHaveLength(2);
  expect(base64(made).sort()).toEqual(base64(wanted).sort());
});

test('decodes a JPEG XL within the protections of its process', async () => {
  const jxl = await jxlSample('lossy');
  expect(await pool.inspect(jxl)).toMatchObject({ format: 'jxl', width: 64, height: 48 });
  const [made] = await renderSet(jxl, variantSet({ format: 'png' }), pool);
  const { rgb } = await pixelReader(made?.data ?? Buffer.of());
  expect(colourDifference(rgb(32, 24), sampleColour(32, 24))).toBeLessThan(6);
});

test('decodes a HEIC within the protections of its process', async () => {
  const heic = await heicSample('plain');
  expect(await pool.inspect(heic)).toMatchObject({ format: 'heic', width: 64, height: 48 });
  const [made] = await renderSet(heic, variantSet({ format: 'png' }), pool);
  const { rgb } = await pixelReader(made?.data ?? Buffer.of());
  expect(colourDifference(rgb(58, 40), sampleColour(58, 40))).toBeLessThan(4);
});

test('every process of the pool has the watermarks of the sets', async () => {
  const sha256 = 'a'.repeat(64);
  const watermarks = new Map([
    [sha256, await decodeWatermark(await plainPicture(30, 30, [250, 0, 0]).png().toBuffer())],
  ]);
  const marking = await createEnginePool({ processes: 2, slots: 1, watermarks });
  onTestFinished(() => marking.close());
  const set = variantSet({ format: 'png', watermark: { sha256, place: 'centre', size: 50 } });
  const bytes = await plainPicture(64, 64, [0, 0, 250]).png().toBuffer();
  const pictures = [bytes, Buffer.from(bytes)].map(async (file) => {
    const [made] = await renderSet(file, set, marking);
    const { rgb } = await pixelReader(made?.data ?? Buffer.of());
    return [rgb(32, 32), rgb(4, 4)];
  });
  const expected = [
    [250, 0, 0],
    [0, 0, 250],
  ];
  expect(await Promise.all(pictures)).toEqual([expected, expected]);
});

test('crops around the focus of the image', async () => {
  const set = variantSet({ width: 20, height: 20, fit: 'cover', position: 'focus' });
  const wide = await cornerPicture(60, 20).png().toBuffer();
  const source = await pool.inspect(wide);
  const render = async (x: number) => {
    const [made] = await Array.fromAsync((await pool.decode(wide, source, set, { focus: { x, y: 0 } })).render());
    return (await pixelReader(made?.data ?? Buffer.of())).rgb(10, 4);
  };
  expect([await render(0), await render(1)]).toEqual([cornerColours[0], cornerColours[1]]);
});

test('enhances an image as the engine in one process does', async () => {
  const set = variantSet({ width: 60, height: 60 });
  const photo = await gradientPicture(90, 90).png().toBuffer();
  const source = await pool.inspect(photo, { set });
  const render = async (engine: Pick<EnginePool, 'decode'>, enhance?: 'sharpen') =>
    base64(await Array.fromAsync((await engine.decode(photo, source, set, { enhance })).render()));
  const enhanced = await render(pool, 'sharpen');
  expect(enhanced).toEqual(await render(await engineOf({ detector }), 'sharpen'));
  expect(enhanced).not.toEqual(await render(pool));
});

test('an image that is decoded right after its inspection stays in its process, and is sent once', async () => {
  const several = await createEnginePool({ processes: 2, slots: 2 });
  onTestFinished(() => several.close());
  const jpeg = await gradientPicture(64, 64).jpeg().toBuffer();
  const source = await several.inspect(jpeg);
  const decoded = several.decode(jpeg, source, avatar);
  // The other process would have started for it.
  expect(several.status()).toEqual({ idle: 0, busy: 1 });
  expect(base64(await Array.fromAsync((await decoded).render()))).toHaveLength(avatar.length);
  expect(several.status()).toEqual({ idle: 0, busy: 1 });
  await vi.waitUntil(() => several.status().idle === 1);
});

test('an image that is not decoded after its inspection leaves its process', async () => {
  const jpeg = await gradientPicture(64, 64).jpeg().toBuffer();
  await pool.inspect(jpeg);
  await vi.waitUntil(() => pool.status().idle === 1);
  const heavy = await gradientPicture(64, 64).jpeg().toBuffer();
  const source = await pool.inspect(heavy);
  const picture = await pool.decode(heavy, { ...source, width: 9_000, height: 11_000, bytes: 1 }, variantSet({}));
  picture.close();
  await vi.waitUntil(() => pool.status().idle === 1);
});

test('rejects what the engine in one process rejects, and the next image finds the process intact', async () => {
  const before = events.length;
  await expect(pool.inspect(Buffer.from('no picture'))).rejects.toMatchObject({ code: 'unsupported-format' });
  const jpeg = await gradientPicture(64, 64).jpeg().toBuffer();
  const cut = jpeg.subarray(0, jpeg.length / 2);
  await expect(renderSet(cut, avatar, pool)).rejects.toMatchObject({ code: 'corrupt', retryable: false });
  expect(await renderSet(jpeg, avatar, pool)).toHaveLength(avatar.length);
  expect(events.slice(before)).toEqual([]);
});

const grainyPicture = (width: number, height: number) =>
  sharp({
    create: { width, height, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 30 } },
  });
/** libaom takes seconds for it. */
const slowSet = variantSet({ width: 800, height: 800, format: 'avif', effort: 4, quality: 90 });
const slowSource = () => grainyPicture(800, 800).png({ compressionLevel: 1 }).toBuffer();

async function abortWhileEncoding(bytes: Buffer): Promise<void> {
  const abort = new AbortController();
  const picture = await pool.decode(bytes, await pool.inspect(bytes), slowSet);
  const first = picture.render({ signal: abort.signal })[Symbol.asyncIterator]().next();
  setTimeout(() => abort.abort(new Error('the job was lost')), 200);
  await expect(first).rejects.toThrow('the job was lost');
}

async function closeWhileEncoding(bytes: Buffer): Promise<void> {
  const set = [...variantSet({ width: 8, height: 8 }), ...slowSet];
  const picture = await pool.decode(bytes, await pool.inspect(bytes), set);
  const renditions = picture.render()[Symbol.asyncIterator]();
  expect((await renditions.next()).value?.variant.name).toBe('v0');
  await renditions.return?.(undefined);
}

test.each([
  ['an abort', abortWhileEncoding],
  ['closing the iterator', closeWhileEncoding],
])('%s stops a running encode of libaom', async (_how, interrupt) => {
  const [bytes, before] = [await slowSource(), events.length];
  // On a busy machine, an interruption can come before the encode has begun: it ends no process then.
  await vi.waitUntil(async () => {
    await interrupt(bytes);
    return events.slice(before).some((event) => event.is === 'ended' && event.reason === 'aborted');
  });
  // On the process that replaces it.
  expect(await renderSet(bytes, variantSet({}), pool)).toHaveLength(1);
});
