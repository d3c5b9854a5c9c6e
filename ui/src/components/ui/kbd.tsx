/** A key, or keys that are pressed one after another. */
export function Kbd({ keys }: { readonly keys: string }) {
  return (
    <span className="inline-flex gap-1">
      {keys.split(' ').map((key) => (
        <kbd
          key={key}
          className="inline-flex h-5 min-w-5 items-center justify-center rounded-sm border border-border bg-muted px-1 font-sans text-2xs text-muted-foreground"
        >
          {key}
        </kbd>
      ))}
    </span>
  );
}
