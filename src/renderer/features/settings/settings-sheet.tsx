import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LANGUAGES } from '../../../shared/language';
import { saveSettings } from '../../actions';
import { useApp, useAppContext } from '../../app-context';
import { Button } from '../../ui/parts';
import { Sheet } from '../../ui/sheet';

const THEMES = ['system', 'light', 'dark'] as const;
const LANGUAGE_CHOICES = ['system', ...LANGUAGES] as const;
const MOST_CONNECTIONS = 32;

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly values: readonly Value[];
  readonly chosen: Value;
  readonly wordOf: (value: Value) => string;
  /** The language of a value's word, where it is not that of the window. */
  readonly langOf?: (value: Value) => string | undefined;
  readonly onChoose: (value: Value) => void;
}

/** One of a few, each in sight. */
function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, values, chosen, wordOf, langOf, onChoose } = props;
  const id = useId();
  return (
    <div className="pref">
      <div id={id}>{label}</div>
      <span className="seg" role="radiogroup" aria-labelledby={id}>
        {values.map((value) => (
          <label key={value} lang={langOf?.(value)}>
            <input
              type="radio"
              name={id}
              value={value}
              checked={chosen === value}
              onChange={() => onChoose(value)}
            />
            {wordOf(value)}
          </label>
        ))}
      </span>
    </div>
  );
}

function Language() {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const language = useApp((state) => state.settings.language);
  return (
    <Choice
      label={t('settings.language')}
      values={LANGUAGE_CHOICES}
      chosen={language}
      // Each by its own name: whoever does not read the language of the window finds theirs.
      wordOf={(value) => t(`settings.languages.${value}`)}
      langOf={(value) => (value === 'system' ? undefined : value)}
      onChoose={(value) => void saveSettings(ferry, { language: value })}
    />
  );
}

function Theme() {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const theme = useApp((state) => state.settings.theme);
  return (
    <Choice
      label={t('settings.theme')}
      values={THEMES}
      chosen={theme}
      wordOf={(value) => t(`settings.themes.${value}`)}
      onChoose={(value) => void saveSettings(ferry, { theme: value })}
    />
  );
}

function Connections() {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const id = useId();
  const saved = useApp((state) => state.settings.connections);
  const [typed, setTyped] = useState<string | null>(null);
  const number = Number(typed ?? saved);
  const isRight = Number.isInteger(number) && number >= 1 && number <= MOST_CONNECTIONS;
  return (
    <div className="pref">
      <div>
        <label htmlFor={id}>{t('settings.connections')}</label>
        <p id={`${id}-hint`}>
          {t(isRight ? 'settings.connectionsMore' : 'settings.connectionsWrong', { most: MOST_CONNECTIONS })}
        </p>
      </div>
      <span className={`field ${isRight ? '' : 'bad'}`}>
        <input
          id={id}
          type="number"
          min={1}
          max={MOST_CONNECTIONS}
          value={typed ?? saved}
          aria-invalid={!isRight}
          aria-describedby={`${id}-hint`}
          onChange={(event) => {
            setTyped(event.target.value);
            const next = event.target.valueAsNumber;
            if (Number.isInteger(next) && next >= 1 && next <= MOST_CONNECTIONS)
              void saveSettings(ferry, { connections: next });
          }}
        />
      </span>
    </div>
  );
}

/** What the person at the window may set; each change holds at once. */
export function SettingsSheet() {
  const { t } = useTranslation();
  const { view } = useAppContext();
  const info = useApp((state) => state.info);
  const close = (): void => view.setState({ sheet: { kind: 'none' } });
  return (
    <Sheet narrow label={t('settings.title')} onClose={close}>
      <header>
        <h2 className="big">{t('settings.title')}</h2>
      </header>
      <div className="body">
        <Language />
        <Theme />
        <Connections />
      </div>
      <footer>
        {info !== null && (
          <span>{t('settings.version', { version: info.version, runtime: info.runtime })}</span>
        )}
        <span className="gap" />
        <Button look="primary" onPress={close}>
          {t('settings.done')}
        </Button>
      </footer>
    </Sheet>
  );
}
