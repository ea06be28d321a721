import { DatabaseSync } from 'node:sqlite';
import type { Image } from '@imagemill/client';

export interface Product {
  readonly title: string;
  readonly priceCents: number;
  /** Everything that a page needs to show it, without a call to imagemill. */
  readonly image: Image;
}

export type Products = ReturnType<typeof openProducts>;

/** The products in a SQLite file, which is created if it does not exist. */
export function openProducts(file: string) {
  const db = new DatabaseSync(file, { timeout: 5_000 });
  db.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS products (
      id INTEGER PRIMARY KEY,
      title TEXT NOT NULL,
      priceCents INTEGER NOT NULL,
      imageId TEXT NOT NULL UNIQUE,
      image TEXT NOT NULL
    ) STRICT`);
  // A form that is submitted twice creates one product.
  const insert = db.prepare(`INSERT INTO products (title, priceCents, imageId, image) VALUES (?, ?, ?, ?)
    ON CONFLICT (imageId) DO NOTHING`);
  const newest = db.prepare('SELECT title, priceCents, image FROM products ORDER BY id DESC LIMIT 60');

  return {
    add: ({ title, priceCents, image }: Product) =>
      void insert.run(title, priceCents, image.imageId, JSON.stringify(image)),
    newest: (): Product[] =>
      newest.all().map(({ title, priceCents, image }) => ({
        title: String(title),
        priceCents: Number(priceCents),
        image: JSON.parse(String(image)) as Image,
      })),
    close: () => db.close(),
  };
}
