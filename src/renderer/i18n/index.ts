import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json';

/** The words of the window. React escapes what it shows, so i18next must not. */
export function createWords(language: string): i18n {
  const instance = createInstance();
  void instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  return instance;
}

/** English words want English numbers: another locale's are used only for its own language. */
export function languageFor(setting: 'system' | 'en', locale: string): string {
  return setting === 'system' && /^en(-|$)/.test(locale) ? locale : 'en';
}
