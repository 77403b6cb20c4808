import { useEffect, useRef, useState } from 'react';
import { Icon } from '../../ui/icon';

/** Draws the picture at an address on a canvas; the function that comes back ends it. */
function drawOn(canvas: HTMLCanvasElement, url: string, onBroken: () => void): () => void {
  const image = new Image();
  let isGone = false;
  const draw = async (): Promise<void> => {
    const bitmap = await createImageBitmap(image);
    if (!isGone) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      // Kept where it is drawn: there is nothing to gain from a graphics card.
      canvas.getContext('2d', { willReadFrequently: true })?.drawImage(bitmap, 0, 0);
      canvas.dataset['drawn'] = 'true';
    }
    bitmap.close();
  };
  image.onload = () => void draw().catch(onBroken);
  image.onerror = onBroken;
  image.src = url;
  return () => {
    isGone = true;
    image.onload = image.onerror = null;
    image.removeAttribute('src');
  };
}

/**
 * A small picture of a list, or its outline where it does not come. Drawn on a canvas, whose pixels go with it: of
 * `img` elements Chromium keeps a thousand decoded (a hundred megabytes of ours) for five minutes after they went.
 */
export function Crop({ url }: { readonly url: string | null }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const [brokenUrl, setBrokenUrl] = useState<string | null>(null);
  const isShown = url !== null && url !== brokenUrl;
  useEffect(() => {
    const { current } = ref;
    if (!isShown || current === null) return undefined;
    return drawOn(current, url, () => setBrokenUrl(url));
  }, [url, isShown]);
  // A canvas of its own for each address: what was drawn before never stands under another name.
  return (
    <span className="crop">
      {isShown ? <canvas key={url} ref={ref} aria-hidden="true" /> : <Icon name="image" />}
    </span>
  );
}
