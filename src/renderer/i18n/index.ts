import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en';
import { ja } from './ja';
import { zhCN } from './zh-CN';

/** The words of the window. React escapes what it shows, so i18next must not. */
export function createWords(language: string): i18n {
  const instance = createInstance();
  void instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: en }, 'zh-CN': { translation: zhCN }, ja: { translation: ja } },
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  return instance;
}
