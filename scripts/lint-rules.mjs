// Rules of this project for the linter: what code may not say, and what to say instead. .oxlintrc.json tells where each
// applies.

const READS_CLOCK = 'MemberExpression[object.name=/^(performance|Date)$/][property.name="now"]';
const CONSTANT = ':matches(Program, ExportNamedDeclaration) > VariableDeclaration[kind="const"] > VariableDeclarator';
const MISNAMED = '[name!=/^([a-z][A-Za-z0-9]*|[A-Z][A-Z0-9_]*|[A-Z][A-Za-z0-9]*)$/]';

const forbidden = {
  clock: {
    'NewExpression[callee.name="Date"][arguments.length=0]': 'Take the time from Clock.',
    'CallExpression[callee.object.name="Date"][callee.property.name="now"]': 'Take the time from Clock.',
  },
  environment: {
    'MemberExpression[object.name="process"][property.name="env"]': 'Read configuration through shared/config.',
  },
  transaction: {
    'CallExpression[callee.object.property.name="transactions"][callee.property.name="run"] MemberExpression[object.object.type="ThisExpression"][object.property.name=/dataSource|[mM]anager$/]':
      'Inside a transaction use the tx you were given.',
  },
  'auto-focus': {
    'JSXAttribute[name.name="autoFocus"]': 'Browsers obey it once in the life of a page. Use takeFocus.',
    'Property[key.name="autoFocus"]': 'Browsers obey it once in the life of a page. Use takeFocus.',
  },
  sleeping: {
    'CallExpression[callee.name=/^(sleep|setTimeout|delay)$/]':
      'Wait for a condition with eventually(), never for time.',
    [`CallExpression[callee.name="eventually"] ${READS_CLOCK}`]:
      'That is a sleep in disguise: wait for what the time was to bring about.',
    [`:matches(WhileStatement, DoWhileStatement, ForStatement) > .test ${READS_CLOCK}`]:
      'End a loop by a count or by a signal, never by time.',
  },
  measuring: {
    'MemberExpression[object.name="performance"][property.name="now"]':
      'A test measures no time; what comes with time is allowed for by Refill. Measurements belong to test/long.',
  },
  names: {
    ':matches(ClassDeclaration, TSInterfaceDeclaration, TSTypeAliasDeclaration, TSEnumDeclaration) > Identifier.id[name!=/^[A-Z][A-Za-z0-9]*$/]':
      'Types have names in PascalCase.',
    'TSTypeParameter > Identifier.name[name!=/^[A-Z][A-Za-z0-9]*$/]': 'Type parameters have names in PascalCase.',
    'TSInterfaceDeclaration > Identifier.id[name=/^I[A-Z]/]': 'Interfaces have no prefix.',
    [`${CONSTANT} > Identifier.id${MISNAMED}`]:
      'Constants of a module have names in camelCase, UPPER_CASE or PascalCase.',
    [`${CONSTANT} > ObjectPattern.id > Property > Identifier.value${MISNAMED}`]:
      'Constants of a module have names in camelCase, UPPER_CASE or PascalCase.',
  },
};

const ruleOf = (messages) => ({
  create: (context) =>
    Object.fromEntries(
      Object.entries(messages).map(([selector, message]) => [selector, (node) => context.report({ node, message })]),
    ),
});

/**
 * What is imported for types alone is imported as a type. Not in a file with decorators: they turn types of parameters
 * into values, by which Nest injects. The rule of that name knows nothing of them.
 */
const typeImports = {
  create: (context) => ({
    Program(program) {
      if (DECORATOR.test(context.sourceCode.text)) return;
      for (const node of program.body) {
        if (node.type !== 'ImportDeclaration' || node.importKind === 'type') continue;
        for (const specifier of node.specifiers) {
          if (specifier.importKind === 'type') continue;
          const uses = context.sourceCode.getDeclaredVariables(specifier).flatMap(({ references }) => references);
          if (uses.length === 0 || uses.some(({ isValueReference }) => isValueReference)) continue;
          context.report({ node: specifier, message: 'Import it as a type: nothing here uses its value.' });
        }
      }
    },
  }),
};
const DECORATOR = /^\s*@[A-Z]\w*\(/m;

export default {
  meta: { name: 'house' },
  rules: {
    ...Object.fromEntries(Object.entries(forbidden).map(([name, messages]) => [name, ruleOf(messages)])),
    'type-imports': typeImports,
  },
};
