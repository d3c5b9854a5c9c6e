// Loaded before Jest, whose workers would compile each file of Jest and of the libraries again for each suite.
import vm from 'node:vm';

/** By file: its text, and what V8 has made of it. */
const compiled = new Map();

/** @returns options with the code that is kept for a text; null where none is yet */
function kept(file, text, options) {
  const known = compiled.get(file);
  return known?.text === text ? { ...options, cachedData: known.code } : null;
}

const { compileFunction, SourceTextModule } = vm;

vm.compileFunction = (text, parameters, options) => {
  const { filename } = options;
  const known = kept(filename, text, options);
  if (known !== null) return compileFunction(text, parameters, known);
  const compiledFunction = compileFunction(text, parameters, { ...options, produceCachedData: true });
  compiled.set(filename, { text, code: compiledFunction.cachedData });
  return compiledFunction;
};

vm.SourceTextModule = class extends SourceTextModule {
  constructor(text, options) {
    const { identifier } = options;
    const known = kept(identifier, text, options);
    super(text, known ?? options);
    if (known === null) compiled.set(identifier, { text, code: this.createCachedData() });
  }
};
