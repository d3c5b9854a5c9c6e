import { useDeferredValue, useMemo, useState } from 'react';
import { tenant } from '../api/access';
import { CopyButton } from '../components/copy-button';
import { Section } from '../components/section';
import { Tabs } from '../components/ui/tabs';
import { useStore } from '../lib/store';
import { serverConfig } from '../shell/config-store';
import { codeSamples } from './code-samples';
import type { Draft } from './draft';

/** More would make the page slow. The copy is whole. */
const MAX_SHOWN = 4000;

/** The same publication as code, to copy. */
export function AsCode({ draft }: { readonly draft: Draft }) {
  const { access } = useStore(serverConfig);
  const tenantId = useStore(tenant);
  const shown = useDeferredValue(draft);
  const [language, setLanguage] = useState('curl');
  const samples = useMemo(() => {
    const { origin } = window.location;
    return codeSamples(shown, { origin, needsKey: access !== 'open', tenant: tenantId });
  }, [shown, access, tenantId]);
  if (typeof draft.payload !== 'string') return null;
  return (
    <Section title="As code">
      <Tabs
        value={language}
        onChange={setLanguage}
        tabs={samples.map(({ language: value, label, code }) => ({
          value,
          label,
          content: (
            <div className="flex flex-col items-end gap-2">
              <pre
                tabIndex={0}
                aria-label={`Code for ${label}`}
                className="max-h-72 w-full overflow-auto rounded-md border border-border bg-background px-3 py-2 leading-[18px]"
              >
                {code.length > MAX_SHOWN ? `${code.slice(0, MAX_SHOWN)}…` : code}
              </pre>
              <CopyButton text={code} what="code" />
            </div>
          ),
        }))}
      />
    </Section>
  );
}
