import type { ButtonHTMLAttributes } from 'react';
import { cx } from '../../lib/cx';

const VARIANTS = {
  primary: 'border-primary bg-primary text-primary-foreground hover:opacity-90',
  outline: 'border-input bg-card text-foreground hover:bg-accent',
  ghost: 'border-transparent bg-transparent text-muted-foreground hover:bg-accent hover:text-foreground',
  danger: 'border-input bg-card text-destructive hover:border-destructive hover:bg-destructive-tint',
};

const SIZES = {
  md: 'h-8 gap-2 px-3',
  sm: 'h-7 gap-1.5 px-2.5',
  icon: 'size-8 justify-center',
};

interface Look {
  readonly variant?: keyof typeof VARIANTS;
  readonly size?: keyof typeof SIZES;
}

/** Classes of a button, for links that look like one. */
export function buttonClass({ variant = 'outline', size = 'md' }: Look = {}, more?: string): string {
  return cx(
    'inline-flex shrink-0 items-center rounded-md border text-sm font-medium whitespace-nowrap select-none',
    'disabled:pointer-events-none disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
    VARIANTS[variant],
    SIZES[size],
    more,
  );
}

export function Button({ variant, size, className, ...props }: ButtonHTMLAttributes<HTMLButtonElement> & Look) {
  return <button type="button" className={buttonClass({ variant, size }, className)} {...props} />;
}
