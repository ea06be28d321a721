const form = document.querySelector('form');
const status = document.querySelector('[role=status]');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { name, email, avatar } = form.elements;
  try {
    status.textContent = 'Uploading your photo …';
    const imageId = await upload(avatar.files[0]);
    const user = await call('POST', '/user', { name: name.value, email: email.value, imageId });
    await show(user);
  } catch (error) {
    status.textContent = error.message;
  }
});

/** The file goes directly into the bucket, to a URL that works once. */
async function upload(file) {
  const { name: filename, type: contentType, size: contentLength } = file;
  const ticket = await call('POST', '/avatar-tickets', { filename, contentType, contentLength });
  const stored = await fetch(ticket.uploadUrl, { method: 'PUT', headers: ticket.headers, body: file });
  if (!stored.ok) throw new Error('Your photo could not be uploaded. Please try again.');
  return ticket.imageId;
}

/** Shows the user at once; thumbnails replace the placeholders after the webhook. */
async function show(user) {
  const pictures = [100, 200, 400].map((size) => {
    const picture = new Image(size, size);
    picture.src = user[`thumbnail${size}`];
    picture.alt = `${user.name}, ${size} pixels`;
    return picture;
  });
  document.querySelector('#thumbnails').replaceChildren(...pictures);
  status.textContent = user.avatarError ?? (user.avatarStatus === 'ready' ? `Hello ${user.name}!` : 'Creating your thumbnails …');
  if (['ready', 'rejected', 'failed', 'expired'].includes(user.avatarStatus)) return;
  await new Promise((resolve) => setTimeout(resolve, 500));
  await show(await call('GET', `/user/${user.id}`));
}

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}
