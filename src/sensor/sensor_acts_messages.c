/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "sensor/sensor_acts.h"

/* Two messages over a connected socket; only the second names whom it goes to. */
long act_sendmmsg(void)
{
    _cleanup_close_ int receiver = socket(AF_INET, SOCK_DGRAM, 0);
    _cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr *any = (struct sockaddr *)&address;
    socklen_t len = sizeof(address);
    char byte = 0;
    struct iovec part = {&byte, 1};
    struct mmsghdr messages[2] = {{.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}},
                                  {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}}};

    if (receiver < 0 || fd < 0 || bind(receiver, any, len) < 0 ||
        getsockname(receiver, any, &len) < 0 || connect(fd, any, len) < 0)
        return -errno;
    messages[1].msg_hdr.msg_name = &address;
    messages[1].msg_hdr.msg_namelen = len;
    int sent = sendmmsg(fd, messages, 2, 0);
    return sent < 0 ? -errno : sent;
}
