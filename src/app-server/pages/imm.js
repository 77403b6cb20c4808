import { ask, onSubmit, PageProblem, step, upload } from '/pages/page.js';
import { signedQuery } from '/pages/rpc-signature.js';

const SVG = 'http://www.w3.org/2000/svg';
const picture = document.querySelector('[data-part=picture]');
const answerText = document.querySelector('[data-part=answer]');

onSubmit(async (file) => {
  picture.hidden = true;
  answerText.hidden = true;
  const { key, settings } = await upload(file);
  if (settings.imm === null)
    throw new PageProblem('The application server has no IMM_PROJECT, so faces cannot be detected.');
  const faces = await detect(settings, key);
  step(faces.length === 1 ? 'IMM sees 1 face.' : `IMM sees ${faces.length} faces.`);
  await show(file, faces);
});

async function detect(settings, key) {
  const { body: credentials, now } = await ask('/get_sts_token');
  const action = {
    Action: 'DetectImageFaces',
    Version: '2020-09-30',
    ProjectName: settings.imm.project,
    SourceURI: `oss://${settings.bucket}/${key}`,
  };
  const query = signedQuery(action, credentials, now);
  const answer = await fetch(`${settings.imm.endpoint}/?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  }).catch(() => {
    throw new PageProblem('The browser could not reach Intelligent Media Management.');
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok)
    throw new PageProblem(`IMM refuses: ${body.Code}: ${body.Message} (request ${body.RequestId})`);
  answerText.textContent = JSON.stringify(body, null, 2);
  answerText.hidden = false;
  return body.Faces ?? [];
}

/** Draws the picture with a box around each face, in the picture's own pixels. */
async function show(file, faces) {
  const address = URL.createObjectURL(file);
  const image = new Image();
  image.src = address;
  try {
    await image.decode();
  } catch {
    step('The browser cannot show this picture.', 'failed');
    return;
  }
  const { naturalWidth: width, naturalHeight: height } = image;
  picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
  picture.replaceChildren(
    shape('image', { href: address, width, height }),
    ...faces.map(({ Boundary: box }) =>
      shape('rect', { x: box.Left, y: box.Top, width: box.Width, height: box.Height }),
    ),
  );
  picture.removeAttribute('hidden');
}

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}
