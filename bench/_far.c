/* Far ends in C, cheap enough not to be what is measured. See Peers in _process.py.

   Sends a packet of noise every 20 ms on every leg (or keys, with a second argument), the legs
   spread evenly over the 20 ms, and times what comes back with the kernel's own time stamps. Prints, at the end: packets sent, received and
   missing (by sequence number), then the gaps between packets of a leg in microseconds: p50, p99,
   p99.9 and the longest of all legs, and the p99 of the worst leg. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICK_NS 20000000L
#define TURNS 20 /* the legs speak in so many groups, a millisecond apart */
#define BIN_NS 250000L
#define BINS 800 /* 200 ms */
#define PACKET 172

struct leg {
    int socket;
    uint32_t source;
    uint16_t last;
    long received, expected;
    int64_t heard_ns;
    uint32_t gaps[BINS];
};

static int64_t worst_ns;

static int64_t ns(struct timespec time)
{
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static int64_t arrival(struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
            struct timespec time;
            memcpy(&time, CMSG_DATA(c), sizeof time);
            return ns(time);
        }
    return 0;
}

static void hear(struct leg *leg)
{
    unsigned char data[512], control[64];
    struct iovec vector = {data, sizeof data};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control};

    for (;;) {
        message.msg_controllen = sizeof control;
        if (recvmsg(leg->socket, &message, MSG_DONTWAIT) < 12)
            return;
        int64_t now = arrival(&message);
        uint16_t sequence = data[2] << 8 | data[3];
        uint32_t source;
        memcpy(&source, data + 8, 4);
        if (leg->received++ == 0 || source != leg->source) { /* a stray may have come first */
            leg->expected++;
            leg->source = source;
        } else {
            int16_t step = sequence - leg->last;
            int64_t gap = now - leg->heard_ns;
            leg->expected += step > 0 ? step : 0;
            if (step <= 0)
                sequence = leg->last;
            worst_ns = gap > worst_ns ? gap : worst_ns;
            gap /= BIN_NS;
            leg->gaps[gap < 0 ? 0 : gap < BINS ? gap : BINS - 1]++;
        }
        leg->last = sequence;
        leg->heard_ns = now;
    }
}

static long quantile(uint32_t *gaps, double part)
{
    uint64_t all = 0, sum = 0;
    for (int i = 0; i < BINS; i++)
        all += gaps[i];
    for (int i = 0; i < BINS; i++)
        if ((sum += gaps[i]) >= all * part)
            return (i + 1) * BIN_NS / 1000;
    return 0;
}

/* A key for 100 ms, then 100 ms of sound (RFC 4733): three more packets say that it has ended. */
static int press(unsigned char *packet, uint32_t tick)
{
    uint32_t step = tick % 10, begun = htonl((tick - step) * 160), lasts = (step + 1) * 160;
    if (step > 7)
        return PACKET;
    lasts = lasts > 800 ? 800 : lasts;
    packet[1] = 101 | (step == 0) << 7;
    memcpy(packet + 4, &begun, 4);
    packet[12] = tick / 10 % 10;
    packet[13] = (step >= 5) << 7 | 10;
    packet[14] = lasts >> 8;
    packet[15] = lasts;
    return 16;
}

static void say(struct leg *leg, int number, uint32_t tick, int keys)
{
    static unsigned char packet[PACKET] = {0x80};
    static uint32_t noise = 1;
    uint32_t stamp = htonl(tick * 160), source = htonl(number + 1);
    int size = PACKET;

    packet[1] = 0;
    packet[2] = tick >> 8;
    packet[3] = tick;
    memcpy(packet + 4, &stamp, 4);
    memcpy(packet + 8, &source, 4);
    for (int i = 12; i < PACKET; i += 4) {
        noise ^= noise << 13, noise ^= noise >> 17, noise ^= noise << 5;
        memcpy(packet + i, &noise, 4);
    }
    if (keys)
        size = press(packet, tick);
    send(leg->socket, packet, size, 0);
}

static void report(struct leg *legs, int count, long sent)
{
    static uint32_t all[BINS];
    long received = 0, missing = 0, worst = 0;
    for (int i = 0; i < count; i++) {
        hear(&legs[i]);
        received += legs[i].received;
        missing += legs[i].expected - legs[i].received;
        for (int bin = 0; bin < BINS; bin++)
            all[bin] += legs[i].gaps[bin];
        long p99 = quantile(legs[i].gaps, 0.99);
        worst = p99 > worst ? p99 : worst;
    }
    printf("%ld %ld %ld %ld %ld %ld %ld %ld\n", sent, received, missing, quantile(all, 0.5),
           quantile(all, 0.99), quantile(all, 0.999), (long)(worst_ns / 1000), worst);
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 1, on = 1;
    struct leg *legs = calloc(count, sizeof *legs);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    long sent = 0;
    char end;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < count; i++) {
        legs[i].socket = socket(AF_INET, SOCK_DGRAM, 0);
        address.sin_port = 0;
        if (legs[i].socket < 0 || bind(legs[i].socket, (struct sockaddr *)&address, size) < 0)
            return 1;
        setsockopt(legs[i].socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
        getsockname(legs[i].socket, (struct sockaddr *)&address, &size);
        printf("%d ", ntohs(address.sin_port));
    }
    printf("\n");
    fflush(stdout);
    for (int i = 0; i < count; i++) {
        int port;
        if (scanf("%d", &port) != 1)
            return 1;
        address.sin_port = htons(port);
        if (connect(legs[i].socket, (struct sockaddr *)&address, size) < 0)
            return 1;
    }
    fcntl(0, F_SETFL, O_NONBLOCK);
    struct timespec due;
    clock_gettime(CLOCK_MONOTONIC, &due);
    for (uint32_t turn = 0; read(0, &end, 1) != 0; turn++) {
        for (int i = turn % TURNS; i < count; i += TURNS, sent++) {
            say(&legs[i], i, turn / TURNS, argc > 2);
            hear(&legs[i]);
        }
        due.tv_nsec += TICK_NS / TURNS;
        if (due.tv_nsec >= 1000000000L) {
            due.tv_nsec -= 1000000000L;
            due.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
    }
    usleep(TICK_NS / 1000);
    report(legs, count, sent);
    return 0;
}
