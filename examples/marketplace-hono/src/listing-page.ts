import { pictureHtml } from '@imagemill/client';
import { html, raw } from 'hono/html';
import type { Product } from './products.ts';

const euros = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });
/** Products above the fold: their images load eagerly. */
const IN_VIEW = 4;

export const listingPage = (products: readonly Product[]) => html`<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Marketplace</title>
  <link rel="stylesheet" href="/marketplace.css">
  <h1>Marketplace</h1>
  <p><a href="/seller.html">Sell something</a></p>
  <main>${products.length > 0 ? products.map(card) : html`<p>No products yet.</p>`}</main>
</html>`;

const card = ({ title, priceCents, image }: Product, index: number) => html`
    <article>
      ${raw(
        pictureHtml(image, {
          alt: title,
          sizes: '(min-width: 48rem) 15rem, 45vw',
          loading: index < IN_VIEW ? 'eager' : 'lazy',
        }),
      )}
      <h2>${title}</h2>
      <p>${euros.format(priceCents / 100)}</p>
    </article>`;
