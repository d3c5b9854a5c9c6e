/** A text in which each match of a pattern is marked. */
export function Marked({ text, pattern }: { readonly text: string; readonly pattern: RegExp | null }) {
  if (pattern === null) return text;
  const parts: React.ReactNode[] = [];
  let after = 0;
  for (const { 0: found, index } of text.matchAll(pattern)) {
    parts.push(
      text.slice(after, index),
      <mark key={index} className="rounded-sm bg-warning-tint text-warning">
        {found}
      </mark>,
    );
    after = index + found.length;
  }
  return [...parts, text.slice(after)];
}
