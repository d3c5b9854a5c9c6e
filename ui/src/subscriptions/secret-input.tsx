import { Eye, EyeOff } from 'lucide-react';
import { type InputHTMLAttributes, useState } from 'react';
import { buttonClass } from '../components/ui/button';
import { Input } from '../components/ui/field';

interface SecretInputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'type'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A field whose text nobody reads over a shoulder, unless it is asked for. */
export function SecretInput({ value, onChange, ...props }: SecretInputProps) {
  const [isShown, setIsShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <span className="relative block min-w-0">
      <Input
        {...props}
        type={isShown ? 'text' : 'password'}
        // Otherwise browsers offer the passwords that they keep for this page.
        autoComplete="new-password"
        value={value}
        onChange={({ target }) => onChange(target.value)}
        className="pr-9 font-mono"
      />
      {value !== '' && (
        <button
          type="button"
          aria-label={isShown ? 'Hide what is typed' : 'Show what is typed'}
          onClick={() => setIsShown(!isShown)}
          className={buttonClass({ variant: 'ghost', size: 'icon' }, 'absolute top-0 right-0')}
        >
          <Icon aria-hidden />
        </button>
      )}
    </span>
  );
}
