import { expect, it } from 'vitest';
import { fillPrefix, fixedPrefix, isOfTemplate, isPrefixTemplate } from '../../../src/shared/prefix-template';

it('knows three placeholders, and nothing else in braces', () => {
  for (const good of ['', 'uploads/', 'a/{user}/{date}/{batch}/', '{user}{date}/', 'a-{user}/{user}/'])
    expect(isPrefixTemplate(good)).toBe(true);
  for (const bad of ['{User}/', '{name}/', '{', '}', '{{user}}/', '{user/', 'a/{}/'])
    expect(isPrefixTemplate(bad)).toBe(false);
});

it('is filled with what is given', () => {
  expect(fillPrefix('up/{user}/{date}/{user}/', { user: 'lee' })).toBe('up/lee/{date}/lee/');
  // What is put in is text, also where it looks like a pattern of a replacement.
  expect(fillPrefix('{user}/', { user: '$&' })).toBe('$&/');
});

it('is known up to its first placeholder', () => {
  expect(fixedPrefix('uploads/')).toBe('uploads/');
  expect(fixedPrefix('uploads/a-{user}/')).toBe('uploads/a-');
  expect(fixedPrefix('{batch}/')).toBe('');
});

it('knows its own prefixes again', () => {
  expect(isOfTemplate('up.s/{user}/{date}/', 'up.s/lee/2026-11-25/')).toBe(true);
  expect(isOfTemplate('up.s/{user}/{date}/', 'up.s/lee/x/2026-11-25/')).toBe(false);
  expect(isOfTemplate('up.s/{user}/', 'upxs/lee/')).toBe(false);
  expect(isOfTemplate('uploads/', 'uploads/')).toBe(true);
  expect(isOfTemplate('uploads/', 'uploads/a/')).toBe(false);
});
