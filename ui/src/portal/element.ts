import type { ToHost, ToPortal } from './messages';

/*
 * The element that host pages load. It imports nothing and declares nothing at the top, so that it works as a script
 * and as a module, and stays below 2 kB.
 */
customElements.define(
  'webhook-portal',
  class extends HTMLElement {
    static observedAttributes = ['src'];
    #frame = document.createElement('iframe');
    #isOpen = false;

    constructor() {
      super();
      const style = new CSSStyleSheet();
      style.replaceSync(
        ':host{display:block;height:640px;min-height:320px;max-height:960px}iframe{display:block;width:100%;height:100%;border:0}',
      );
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [style];
      this.#frame.allow = 'clipboard-write';
      root.append(this.#frame);
    }

    connectedCallback(): void {
      this.#frame.title = this.title || 'Webhooks';
      addEventListener('message', this.#hear);
    }

    disconnectedCallback(): void {
      removeEventListener('message', this.#hear);
      this.#isOpen = false;
    }

    /** A portal that is open takes the new link without being loaded again, so that nothing typed in it is lost. */
    attributeChangedCallback(_name: string, _before: string | null, url: string | null): void {
      if (url === null) return;
      const link = new URL(url, document.baseURI).href;
      if (this.#isOpen && new URL(link).origin === this.#origin) {
        const message: ToPortal = { type: 'webhook-portal:link', url: link };
        this.#frame.contentWindow?.postMessage(message, this.#origin);
      } else this.#frame.src = link;
    }

    get #origin(): string {
      return new URL(this.#frame.src).origin;
    }

    #hear = ({ source, origin, data }: MessageEvent<ToHost | null>): void => {
      if (source !== this.#frame.contentWindow || origin !== this.#origin) return;
      const name = /^webhook-portal:(\w+)$/.exec(String(data?.type))?.[1];
      if (data === null || name === undefined) return;
      this.#isOpen = true;
      if (data.type === 'webhook-portal:size') this.style.height = `${data.height}px`;
      this.dispatchEvent(new CustomEvent(name, { detail: data }));
    };
  },
);
