/* lookup-log.c
 *
 * Preloaded into WebKit's processes: writes down every name they look up and every address they
 * connect to, so that a test can say that they did neither themselves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
note (const char *what, const char *whom)
{
  const char *path = getenv ("ANNEX_LOOKUP_LOG");
  char self[256] = "";
  char line[600];
  int length;
  int fd;

  if (path == NULL || readlink ("/proc/self/exe", self, sizeof self - 1) < 0)
    return;
  fd = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return;
  length = snprintf (line, sizeof line, "%s %s %s\n", what, whom, self);
  if (length > 0 && write (fd, line, (size_t) length) < 0)
    abort ();
  close (fd);
}

int
getaddrinfo (const char *node,
             const char *service,
             const struct addrinfo *hints,
             struct addrinfo **result)
{
  int (*real) (const char *, const char *, const struct addrinfo *, struct addrinfo **) =
      dlsym (RTLD_NEXT, "getaddrinfo");

  note ("lookup", node != NULL ? node : "-");
  return real (node, service, hints, result);
}

int
connect (int fd, const struct sockaddr *address, socklen_t length)
{
  int (*real) (int, const struct sockaddr *, socklen_t) = dlsym (RTLD_NEXT, "connect");
  char text[INET6_ADDRSTRLEN] = "";
  char place[INET6_ADDRSTRLEN + 8];

  if (address->sa_family == AF_INET)
    {
      const struct sockaddr_in *in = (const struct sockaddr_in *) address;

      inet_ntop (AF_INET, &in->sin_addr, text, sizeof text);
      snprintf (place, sizeof place, "%s:%u", text, ntohs (in->sin_port));
      note ("connect", place);
    }
  else if (address->sa_family == AF_INET6)
    {
      const struct sockaddr_in6 *in = (const struct sockaddr_in6 *) address;

      inet_ntop (AF_INET6, &in->sin6_addr, text, sizeof text);
      snprintf (place, sizeof place, "[%s]:%u", text, ntohs (in->sin6_port));
      note ("connect", place);
    }
  return real (fd, address, length);
}

ssize_t
sendto (int fd,
        const void *data,
        size_t size,
        int flags,
        const struct sockaddr *address,
        socklen_t length)
{
  ssize_t (*real) (int, const void *, size_t, int, const struct sockaddr *, socklen_t) =
      dlsym (RTLD_NEXT, "sendto");

  if (address != NULL && (address->sa_family == AF_INET || address->sa_family == AF_INET6))
    note ("sendto", "-");
  return real (fd, data, size, flags, address, length);
}
