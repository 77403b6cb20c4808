// What both pages do: ask for the bearer token where one is needed, show steps, and upload by ali-oss with a token of
// this server, as Alibaba's "Securely and directly upload data from a client to OSS" has it.

/** A failure with one sentence for the person before the page. */
export class PageProblem extends Error {}

const part = (name) => document.querySelector(`[data-part=${name}]`);
const tokenField = document.querySelector('#token');

/** Runs `work(file)` on each submit, with the button off meanwhile. */
export function onSubmit(work) {
  const form = document.querySelector('form');
  const button = form.querySelector('button');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    part('steps').replaceChildren();
    button.disabled = true;
    try {
      await work(document.querySelector('#file').files[0]);
    } catch (error) {
      step(sentenceOf(error), 'failed');
    }
    button.disabled = false;
  });
}

/** Adds a line below the form. `state` is `done` or `failed`. */
export function step(text, state = 'done') {
  const line = document.createElement('li');
  line.dataset.state = state;
  line.textContent = text;
  part('steps').append(line);
}

/** JSON of this server, and the time of its Date. Shows the token field when it is asked for one. */
export async function ask(path) {
  const token = tokenField.value.trim();
  const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(path, { headers, cache: 'no-store' }).catch(() => {
    throw new PageProblem('The application server cannot be reached.');
  });
  const body = await answer.json().catch(() => {
    throw new PageProblem(
      `The application server's answer (${answer.status}) is not its own; is something in front of it?`,
    );
  });
  if (answer.status === 401) {
    part('token').hidden = false;
    tokenField.focus();
  }
  if (!answer.ok)
    throw new PageProblem(`The application server says: ${body.error?.message ?? answer.status}`);
  return { body, now: Date.parse(answer.headers.get('date') ?? '') || Date.now() };
}

/** Asks whether a token is needed before anything is chosen. */
export async function askSettings() {
  return (await ask('/page_settings')).body;
}

/** Uploads below the caller's prefix; gives the key. */
export async function upload(file) {
  const settings = await askSettings();
  const credentials = await askKeys();
  step(`The role was assumed; the token is good until ${credentials.expiration}.`);
  const client = new window.OSS({
    region: `oss-${settings.region}`,
    endpoint: settings.endpoint,
    cname: settings.isCustomDomain,
    bucket: settings.bucket,
    ...credentials,
    refreshSTSToken: askKeys,
    refreshSTSTokenInterval: 300_000,
    authorizationV4: true,
    timeout: 300_000,
  });
  const key = `${settings.prefix}${file.name}`;
  await client.put(key, file);
  step(`OSS stored ${key} in the bucket ${settings.bucket} (${file.size} bytes).`);
  return { key, settings };
}

/** A token as ali-oss names its fields. */
async function askKeys() {
  const { body } = await ask('/get_sts_token');
  return {
    accessKeyId: body.AccessKeyId,
    accessKeySecret: body.AccessKeySecret,
    stsToken: body.SecurityToken,
    expiration: body.Expiration,
  };
}

function sentenceOf(error) {
  if (error instanceof PageProblem) return error.message;
  // ali-oss: -1 is a request that the browser did not let through, or that had no answer.
  if (error.status === -1 || error.name === 'RequestError')
    return (
      'The browser could not reach the bucket. If the network is good, its CORS rules do not allow this page: ' +
      `source ${location.origin}, method PUT, headers *.`
    );
  const code = error.code ?? error.name;
  const id = error.requestId === undefined ? '' : ` (request ${error.requestId})`;
  return `OSS refuses: ${code}: ${error.message}${id}`;
}

/** The field is shown as soon as it is clear that it is needed. */
askSettings().catch(() => {});
