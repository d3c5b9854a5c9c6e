/* oxlint-disable no-console -- libraries do this */

/** On SIGUSR2, warns like Node.js and prints like a library. */
process.on('SIGUSR2', () => {
  process.emitWarning('The URL redis://:hunter2@cache:6379 is invalid', 'DeprecationWarning', 'DEP0170');
  console.error('Unhandled error event:', new Error('lost'), { password: 'hunter2' });
  console.log('two', 'words');
});
