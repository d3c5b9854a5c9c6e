import { Dialog } from '../components/ui/dialog';
import { Kbd } from '../components/ui/kbd';
import { keyLabel } from '../lib/keys';
import { SHORTCUTS } from './screens';

export function ShortcutSheet({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keys" className="max-w-xl">
      {/* With the focus, the arrow keys scroll it: nothing in it takes the focus. */}
      <div role="group" aria-label="List of keys" tabIndex={0} className="min-h-0 overflow-y-auto p-6 outline-none">
        <h2 aria-hidden className="pb-4 text-lg font-semibold">
          Keys
        </h2>
        <div className="grid gap-x-12 gap-y-6 sm:grid-cols-2">
          {SHORTCUTS.map(({ title, shortcuts }) => (
            <section key={title} className="flex flex-col gap-2">
              <h3 className="text-xs font-medium text-muted-foreground">{title}</h3>
              <dl className="flex flex-col gap-2">
                {shortcuts.map(([keys, what]) => (
                  <div key={keys} className="flex justify-between gap-4">
                    <dt>{what}</dt>
                    <dd>
                      <Kbd keys={keyLabel(keys)} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </Dialog>
  );
}
