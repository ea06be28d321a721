import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Imagemill, ImagemillError } from '@imagemill/client';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { csrf } from 'hono/csrf';
import { z } from 'zod';
import { listingPage } from './listing-page.ts';
import type { Products } from './products.ts';

const pages = fileURLToPath(new URL('../public', import.meta.url));

const ProductForm = z.object({
  title: z.string().trim().min(1).max(100),
  price: z.string().regex(/^\d{1,6}([.]\d{1,2})?$/, 'as in 12.50'),
  imageId: z.uuid(),
});

interface AppOptions {
  readonly imagemill: Imagemill;
  readonly products: Products;
  /** The calls of imagemill that the seller's page may make. */
  readonly imagemillProxy: Hono;
  /** The SDK for the seller's page, by path. */
  readonly scripts: Readonly<Record<string, string>>;
}

export function createApp({ imagemill, products, imagemillProxy, scripts }: AppOptions) {
  return new Hono()
    .use(csrf())
    .get('/', (c) => c.html(listingPage(products.newest())))
    .on('GET', Object.keys(scripts), (c) =>
      c.body(scripts[c.req.path] ?? '', 200, { 'content-type': 'text/javascript; charset=utf-8' }),
    )
    .route('/imagemill', imagemillProxy)
    .post('/products', bodyLimit({ maxSize: 16 * 1024 }), async (c) => {
      const form = ProductForm.safeParse(await c.req.parseBody());
      if (!form.success) return c.text(z.prettifyError(form.error), 422);
      const { title, price, imageId } = form.data;
      // A page could send anything: the facts about an image come from imagemill.
      const image = await imagemill.getImage(imageId);
      if (image.status !== 'ready' || image.category !== 'product') return c.text('This image is not ready.', 422);
      products.add({ title, priceCents: Math.round(Number(price) * 100), image });
      return c.redirect('/', 303);
    })
    .use(serveStatic({ root: pages }))
    .onError((error, c) => {
      if ('getResponse' in error) return error.getResponse();
      if (error instanceof ImagemillError && error.status === 404) return c.text('This image does not exist.', 422);
      console.error(error);
      return c.text('Something went wrong. Please try again.', 500);
    });
}
