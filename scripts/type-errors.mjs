// A rule of ESLint: what the compiler says about the types of a file. Rules that know types have to work them out
// anyway, so a compiler beside them would do the same work once more.
import typescript from 'typescript';

const errors = {
  meta: {
    type: 'problem',
    // A directory of files that are not linted.
    schema: [{ type: 'string' }],
  },
  create(context) {
    const { program } = context.sourceCode.parserServices;
    const [unlinted] = context.options;
    return {
      Program() {
        for (const { file, code, messageText, start = 0 } of diagnosticsOf(program, context.filename, unlinted)) {
          const isElsewhere = file !== undefined && file.fileName !== context.filename;
          const place = isElsewhere ? `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1}: ` : '';
          const message = `${place}TS${code}: ${typescript.flattenDiagnosticMessageText(messageText, '\n')}`;
          context.report({ loc: context.sourceCode.getLocFromIndex(place === '' ? start : 0), message });
        }
      },
    };
  },
};

const seen = new WeakSet();

/** Of a file; and with the first file of a program, of its settings and of files that are not linted. */
function diagnosticsOf(program, fileName, unlinted) {
  const isFirst = !seen.has(program);
  seen.add(program);
  const general = isFirst ? [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()] : [];
  const others = isFirst ? program.getSourceFiles().filter(isIn(unlinted)) : [];
  const files = [program.getSourceFile(fileName), ...others];
  const of = (file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  return [...general, ...files.flatMap(of)];
}

const isIn =
  (directory) =>
  ({ fileName }) =>
    fileName.includes(`/${directory}/`);

export default { rules: { errors } };
