import { createImagemill } from '@imagemill/client';
import { messageFor } from '@imagemill/client/messages';

const imagemill = createImagemill({ baseUrl: '/imagemill' });
const form = document.querySelector('form');
const bar = document.querySelector('progress');
const status = document.querySelector('[role=status]');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  form.querySelector('button').disabled = true;
  bar.hidden = false;
  const [file] = document.querySelector('#photograph').files;
  try {
    const image = await imagemill.upload(file, { category: 'product', onProgress: show });
    form.elements.imageId.value = image.imageId;
    form.submit();
  } catch (error) {
    // A message for the seller, such as why an image was rejected.
    status.textContent = messageFor(error, file);
    form.querySelector('button').disabled = false;
    bar.hidden = true;
  }
});

function show({ phase, offline, loaded, total, done, planned }) {
  const isUploading = phase === 'uploading';
  bar.max = (isUploading ? total : planned) || 1;
  bar.value = isUploading ? loaded : done;
  if (offline) status.textContent = 'No connection: the upload continues when the network is back.';
  else status.textContent = isUploading ? 'Uploading the photo …' : `${done} of ${planned} sizes are ready …`;
}
