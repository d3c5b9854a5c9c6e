import type { JsonNode } from '../../lib/json-text';

/** Trees with more values than this are closed at first, but for their first levels. */
const SMALL = 1000;
const OPEN_LEVELS = 2;

/** Whether a container is open before anybody opens or closes it. */
export function isOpenAtFirst(node: JsonNode, count: number): boolean {
  return count <= SMALL || node.depth < OPEN_LEVELS;
}

/** Indexes of the nodes that are in view: those of which everything around is open. */
export function shownNodes(nodes: readonly JsonNode[], isOpen: (index: number) => boolean): number[] {
  const shown: number[] = [];
  for (let index = 0; index < nodes.length;) {
    shown.push(index);
    const node = nodes[index];
    index = node !== undefined && node.size > 0 && !isOpen(index) ? node.next : index + 1;
  }
  return shown;
}

/** Index of the node to which an offset of the text belongs. */
export function nodeAt(nodes: readonly JsonNode[], offset: number): number {
  let low = 0;
  let high = nodes.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((nodes[middle]?.from ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Indexes of the containers around a node, the outermost first. */
export function containersOf(nodes: readonly JsonNode[], index: number): number[] {
  const found: number[] = [];
  for (let at = 0; at < index;) {
    const next = nodes[at]?.next ?? nodes.length;
    if (next <= index) at = next;
    else {
      found.push(at);
      at += 1;
    }
  }
  return found;
}

const PLAIN_KEY = /^[A-Za-z_]\w*$/;

/** How one writes where a node is: `lines[0].sku`. */
export function pathOf(nodes: readonly JsonNode[], index: number): string {
  const steps = [...containersOf(nodes, index).slice(1), index].map((each) => {
    const node = nodes[each];
    if (node === undefined || node.depth === 0) return '';
    if (node.key === null) return `[${node.place}]`;
    return PLAIN_KEY.test(node.key) ? `.${node.key}` : `["${node.key}"]`;
  });
  return steps.join('').replace(/^\./, '') || 'the whole payload';
}
