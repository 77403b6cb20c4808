import { I18nextProvider } from 'react-i18next';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { Profile } from '../../../../../src/shared/profile';
import { FacesFields } from '../../../../../src/renderer/features/destinations/faces-fields';
import { EMPTY_FORM, type FormValues } from '../../../../../src/renderer/features/destinations/form-model';
import { createWords } from '../../../../../src/renderer/i18n/index';

const formOf = (
  change: Partial<FormValues> = {},
  authorization: Profile['authorization']['kind'] = 'token-server',
): string =>
  renderToStaticMarkup(
    <I18nextProvider i18n={createWords('en')}>
      <FacesFields
        values={{ ...EMPTY_FORM, ...change }}
        authorization={authorization}
        fieldOf={(name) => ({
          name,
          label: `field ${name}`,
          value: '',
          wrong: undefined,
          onChange: () => undefined,
          onLeave: () => undefined,
        })}
        onChange={() => undefined}
      />
    </I18nextProvider>,
  );

/** Whether the switches of the form are on, from the top. */
const switches = (html: string): readonly string[] =>
  [...html.matchAll(/role="switch"[^>]*aria-checked="(true|false)"/g)].map(([, on = '']) => on);

describe('faces at a destination', () => {
  it('are off before they are turned on, with the sentence on who would read what', () => {
    expect(switches(formOf())).toEqual(['false', 'false']);
    expect(formOf()).toContain('aria-describedby="faces-consent">');
    expect(formOf()).toContain('Off. When on, Alibaba Cloud IMM reads each uploaded picture in your bucket.');
    const on = formOf({ afterUpload: true });
    expect(switches(on)).toEqual(['true', 'false']);
    expect(on).toContain('On. Alibaba Cloud IMM reads each uploaded picture in your bucket.');
  });

  it('say that nothing leaves for what this device looks for', () => {
    expect(formOf()).toContain('Nothing leaves this computer for the detection.');
  });

  it.each(['signed-url', 'post-policy'] as const)('of %s: IMM is not offered, and why', (kind) => {
    const html = formOf({ afterUpload: true }, kind);
    expect(switches(html)).toEqual(['false']);
    expect(html).toContain('leave no credentials on this computer, so IMM cannot be asked.');
    expect(html).not.toContain('field immProject');
  });

  it('have a rate wherever IMM can be asked, and wherever one was typed', () => {
    const has = (change: Partial<FormValues>): boolean => formOf(change).includes('field facesPerSecond');
    expect(has({})).toBe(false);
    expect([{ afterUpload: true }, { immProject: 'press' }, { facesPerSecond: '' }].map(has)).toEqual([
      true,
      true,
      true,
    ]);
  });
});
