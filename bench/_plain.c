/* The least that any program can do per packet: one recv and one send. See Peers in _process.py. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICK_NS 20000000L

int main(int argc, char **argv)
{
    int legs = argc > 1 ? atoi(argv[1]) : 1;
    int *sockets = calloc(legs, sizeof *sockets);
    char packet[172] = {(char)0x80}, buffer[512];
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < legs; i++) {
        sockets[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        address.sin_port = 0;
        if (bind(sockets[i], (struct sockaddr *)&address, size) < 0)
            return 1;
        getsockname(sockets[i], (struct sockaddr *)&address, &size);
        printf("%d ", ntohs(address.sin_port));
    }
    printf("\n");
    fflush(stdout);
    for (int i = 0; i < legs; i++) {
        int port;
        if (scanf("%d", &port) != 1)
            return 1;
        address.sin_port = htons(port);
        if (connect(sockets[i], (struct sockaddr *)&address, size) < 0)
            return 1;
    }
    fcntl(0, F_SETFL, O_NONBLOCK);
    struct timespec due;
    clock_gettime(CLOCK_MONOTONIC, &due);
    while (read(0, buffer, 1) != 0) { /* 0: the input has ended */
        for (int i = 0; i < legs; i++) {
            recv(sockets[i], buffer, sizeof buffer, 0);
            send(sockets[i], packet, sizeof packet, 0);
        }
        due.tv_nsec += TICK_NS;
        if (due.tv_nsec >= 1000000000L) {
            due.tv_nsec -= 1000000000L;
            due.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
    }
    return 0;
}
