import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Served from the installed package: the page works without internet access and sends nothing to other sites. */
const installed = (address: string, contentType: string) => async () => ({
  body: await readFile(fileURLToPath(address)),
  contentType,
  cacheControl: 'public, max-age=3600',
});

const start = `
SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  // Sends the document to a service of swagger.io otherwise.
  validatorUrl: 'none',
  // Keys stay in the page's memory.
  persistAuthorization: false,
});
`;

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>imagemill API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<main id="docs"></main>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
`;

export const docsPage = () => ({ body: page, contentType: 'text/html; charset=utf-8', cacheControl: 'no-cache' });

/** The files that the page loads, by name. */
export const docsAssets = {
  'swagger-ui.css': installed(import.meta.resolve('swagger-ui-dist/swagger-ui.css'), 'text/css; charset=utf-8'),
  'swagger-ui-bundle.js': installed(
    import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
    'text/javascript; charset=utf-8',
  ),
  'start.js': () => ({ body: start, contentType: 'text/javascript; charset=utf-8', cacheControl: 'no-cache' }),
};
