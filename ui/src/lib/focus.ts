/**
 * The `ref` of what gets the focus as soon as it is there. `autoFocus` does not do: it becomes an attribute, which
 * browsers obey once in the life of a page.
 */
export function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}
