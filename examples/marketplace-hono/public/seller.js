import { createImagemill } from '@imagemill/client';

const imagemill = createImagemill({ baseUrl: '/imagemill' });
const form = document.querySelector('form');
const bar = document.querySelector('progress');
const status = document.querySelector('[role=status]');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  form.querySelector('button').disabled = true;
  bar.hidden = false;
  try {
    const [file] = document.querySelector('#photograph').files;
    const image = await imagemill.upload(file, { category: 'product', onProgress: show });
    form.elements.imageId.value = image.imageId;
    form.submit();
  } catch (error) {
    // A message for the seller, such as why an image was rejected.
    status.textContent = error.message;
    form.querySelector('button').disabled = false;
    bar.hidden = true;
  }
});

function show({ phase, loaded, total, done, planned }) {
  const isUploading = phase === 'uploading';
  bar.max = (isUploading ? total : planned) || 1;
  bar.value = isUploading ? loaded : done;
  status.textContent = isUploading ? 'Uploading the photo …' : `${done} of ${planned} sizes are ready …`;
}
