import { useId } from 'react';
import { Icon } from '../../ui/icon';

interface ChoiceFieldProps<T extends string> {
  readonly name: string;
  readonly label: string;
  readonly value: T;
  readonly choices: readonly T[];
  readonly labelOf: (choice: T) => string;
  readonly hint?: string | undefined;
  /** Why the choice cannot be had; undefined: it can. */
  readonly wrong?: string | undefined;
  readonly onChange: (choice: T) => void;
}

/** A field with a few choices. */
export function ChoiceField<T extends string>({
  name,
  label,
  value,
  choices,
  ...props
}: ChoiceFieldProps<T>) {
  const id = useId();
  const { labelOf, hint, wrong, onChange } = props;
  return (
    <div className="lab">
      <label htmlFor={id}>{label}</label>
      <div>
        <span className={wrong === undefined ? 'field' : 'field bad'}>
          <select
            id={id}
            name={name}
            value={value}
            aria-invalid={wrong !== undefined}
            aria-describedby={wrong !== undefined || hint !== undefined ? `${id}-said` : undefined}
            onChange={(event) => {
              const chosen = choices.find((choice) => choice === event.target.value);
              if (chosen !== undefined) onChange(chosen);
            }}
          >
            {choices.map((choice) => (
              <option key={choice} value={choice}>
                {labelOf(choice)}
              </option>
            ))}
          </select>
          <Icon name="chevron-down" />
        </span>
        {wrong !== undefined && (
          <p className="err" id={`${id}-said`} role="alert">
            <Icon name="warn" />
            <span>{wrong}</span>
          </p>
        )}
        {wrong === undefined && hint !== undefined && (
          <p className="hint" id={`${id}-said`}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
