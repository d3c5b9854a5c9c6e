/** On SIGUSR2, rejects a promise that is never handled, as a Redis client does whose password is refused. */
process.on('SIGUSR2', () => {
  const error = new Error('WRONGPASS invalid username-password pair');
  void Promise.reject(Object.assign(error, { command: { name: 'auth', args: ['somebody', 'hunter2-of-redis'] } }));
});
