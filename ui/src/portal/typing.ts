const typed = new Set<EventTarget>();

/** Notes what is typed, so that no session is renewed at its cost. */
export function followTyping(): void {
  const note = ({ target }: Event): void => {
    if (target !== null) typed.add(target);
  };
  document.addEventListener('input', note, true);
}

/** Whether there is something on the page that somebody typed or chose, and that would be lost with the page. */
export function hasTyped(): boolean {
  for (const each of typed) {
    const isLost = each instanceof HTMLElement && each.isConnected && textIn(each) !== '';
    if (isLost) return true;
    typed.delete(each);
  }
  return false;
}

function textIn(element: HTMLElement): string {
  return 'value' in element ? String(element.value) : element.textContent;
}
