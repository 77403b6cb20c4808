import { createInstance } from 'i18next';
import en from './en.json';
import ja from './ja.json';
import zhCN from './zh-CN.json';

type Words = typeof en;
/** A key of main's message files: `menu.quit`. */
export type MainWord = { [Part in keyof Words]: `${Part}.${keyof Words[Part] & string}` }[keyof Words];
export type MainWords = (key: MainWord) => string;

/** What main says by itself, in a language: menus and dialogs of the system. All else is said by the window. */
export function createMainWords(language: string): MainWords {
  const instance = createInstance();
  void instance.init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: en }, 'zh-CN': { translation: zhCN }, ja: { translation: ja } },
    initAsync: false,
  });
  // i18next is typed once for a whole program, and where main and window are one (tests), by the window's words.
  const translate: unknown = instance.t;
  return translate as MainWords;
}
