/** On SIGUSR2 a promise is rejected that nobody looks at, as by a client of Redis whose password is refused. */
process.on('SIGUSR2', () => {
  const error = new Error('WRONGPASS invalid username-password pair');
  void Promise.reject(Object.assign(error, { command: { name: 'auth', args: ['somebody', 'hunter2-of-redis'] } }));
});
