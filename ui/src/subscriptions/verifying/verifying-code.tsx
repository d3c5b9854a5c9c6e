import { useNavigate } from '@tanstack/react-router';
import { Copyable } from '../../components/copyable';
import { Section } from '../../components/section';
import { cx } from '../../lib/cx';
import { GO } from './go';
import { JAVA } from './java';
import type { Language, Scheme } from './language';
import { NODE } from './node';
import { PHP } from './php';
import { PYTHON } from './python';
import { RUBY } from './ruby';

export const LANGUAGES: readonly Language[] = [NODE, PYTHON, GO, JAVA, RUBY, PHP];

interface VerifyingCodeProps {
  readonly scheme: Scheme;
  readonly publicKey: string | null;
  /** The chosen language, from the URL. */
  readonly language: string | undefined;
}

/**
 * What a receiver does with each request, in six languages and in the scheme of the subscription. No secret is in it.
 */
export function VerifyingCode({ scheme, publicKey, language }: VerifyingCodeProps) {
  const chosen = LANGUAGES.find(({ name }) => name === language) ?? NODE;
  const code = chosen.code(scheme, publicKey ?? 'whpk_…');
  const needs = chosen.needs[scheme];
  return (
    <Section title="Verifying code" aside={<LanguagePicker chosen={chosen} />}>
      <p className="text-muted-foreground">
        Verify first, on the raw body, and answer 401 if it refuses.{' '}
        {scheme === 'v1' && (
          <>
            It reads the secret from <code>WEBHOOK_SECRET</code>.{' '}
          </>
        )}
        {needs === null ? 'It needs no package.' : `It needs ${needs}.`}
      </p>
      <div className="relative">
        <pre
          tabIndex={0}
          aria-label={`Verifying code in ${chosen.label}`}
          className="overflow-x-auto rounded-md border border-border bg-card px-4 py-3 leading-[18px]"
        >
          {code}
        </pre>
        <Copyable
          text={code}
          what="code"
          label="Copy"
          className="absolute top-2 right-2 rounded-md border border-border bg-card px-2 py-1 font-sans"
        />
      </div>
    </Section>
  );
}

function LanguagePicker({ chosen }: { readonly chosen: Language }) {
  const navigate = useNavigate();
  const choose = ({ name }: Language): void =>
    void navigate({
      to: '.',
      search: (search) => ({ ...search, language: name === NODE.name ? undefined : name }),
      replace: true,
    });
  return (
    <div
      role="group"
      aria-label="Language"
      className="flex overflow-x-auto rounded-md border border-input bg-card p-0.5"
    >
      {LANGUAGES.map((each) => (
        <button
          key={each.name}
          type="button"
          aria-pressed={each === chosen}
          onClick={() => choose(each)}
          className={cx(
            'h-6 rounded-sm px-2 whitespace-nowrap hover:text-foreground',
            each === chosen ? 'bg-accent font-medium text-foreground' : 'text-muted-foreground',
          )}
        >
          {each.label}
        </button>
      ))}
    </div>
  );
}
