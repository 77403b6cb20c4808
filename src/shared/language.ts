/** The languages that there are words in; each has its message file in src/renderer/i18n and in src/main/words. */
export const LANGUAGES = ['en', 'zh-CN', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Readers of traditional Chinese are not given the simplified one unasked: CLDR sends zh-Hant elsewhere too. */
function nearest(locale: Intl.Locale): Language {
  const { language, script } = locale.maximize();
  if (language === 'zh' && script === 'Hans') return 'zh-CN';
  return language === 'ja' ? 'ja' : 'en';
}

function localeOf(tag: string): Intl.Locale {
  try {
    return new Intl.Locale(tag);
  } catch {
    // "C", "zh_CN.UTF-8": not a tag of BCP 47.
    return new Intl.Locale('en');
  }
}

/**
 * The language of words, numbers and dates for a setting and the system's locale (BCP 47). Only English keeps its
 * region (en-GB writes dates in its own way); words want the numbers of their own language.
 */
export function languageFor(setting: 'system' | Language, locale: string): string {
  const system = localeOf(locale);
  const language = setting === 'system' ? nearest(system) : setting;
  return language === 'en' && system.language === 'en' ? system.baseName : language;
}
